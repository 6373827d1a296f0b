"""Frame to PlateRead: detector, reader, tracker, fusion, and the weights that ship."""
