"""The benchmarks: the product's own pages against a bare Django view, under the same server and in the same run."""
