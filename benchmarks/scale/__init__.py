"""How many machines it takes, from one car to a nation: figures that other benchmarks measured, put together."""
