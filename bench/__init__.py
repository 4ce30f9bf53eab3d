"""Benchmarks: `make bench` measures the product on this machine and writes bench/RESULTS.md."""
