"""The officer's page in a patrol car: on the car's own machine, for whoever is signed on there, without a network."""
