"""What the plate reader takes and gives: pictures of one size in, a character per slot out."""

from __future__ import annotations

IMAGE_HEIGHT, IMAGE_WIDTH = 64, 128  # pixels
SLOTS = 9
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
PAD = "_"
