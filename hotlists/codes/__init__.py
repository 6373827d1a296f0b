"""Code maps: data files that say what a list's codes and headings mean, and what reads them."""
