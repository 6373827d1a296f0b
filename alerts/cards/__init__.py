"""An alert as an officer sees it, on the board and in the car: pure, from what is stored and what stands."""
