"""Times json.load of a file, and prints seconds and the peak of memory in MiB."""
import json
import resource
import sys
import time

start = time.perf_counter()
with open(sys.argv[1]) as file:
    content = json.load(file)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
