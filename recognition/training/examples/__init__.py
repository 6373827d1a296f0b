"""What networks are trained with: labeled pictures and crops, drawn plates, photographs made of them."""
