"""Text guidance of NeRCo: models of pictures and texts that tell how light a picture is."""
