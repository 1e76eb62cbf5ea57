"""Text guidance of NeRCo: image-text models that score how light a picture is."""
