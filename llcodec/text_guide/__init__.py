"""Text guidance of NeRCo: image-text models that score how bright a picture is."""
