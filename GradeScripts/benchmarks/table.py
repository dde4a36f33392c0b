"""Reads lines of `checker layer mode milliseconds`, and prints the medians as a Markdown table."""
import collections
import statistics
import sys

samples = collections.defaultdict(list)
for line in sys.stdin:
    *key, value = line.split()
    samples[tuple(key)].append(float(value))
median = {key: statistics.median(values) for key, values in samples.items()}

print("| layer | PyTorch, slow | kit, Jacobian | ratio | kit, elements "
      "| PyTorch, fast | kit, fast | ratio |")
print("|---|--:|--:|--:|--:|--:|--:|--:|")
for layer in ("Convolution", "LSTM", "BatchNorm"):
    slow, fast = median["torch", layer, "slow"], median["torch", layer, "fast"]
    jacobian, quick = median["kit", layer, "jacobian"], median["kit", layer, "fast"]
    print(f"| {layer} | {slow:.2f} ms | {jacobian:.2f} ms | {slow / jacobian:.1f} "
          f"| {median['kit', layer, 'elements']:.2f} ms "
          f"| {fast:.2f} ms | {quick:.2f} ms | {fast / quick:.1f} |")

count = min(len(values) for key, values in samples.items() if key[1] != "Million")
memory = median["kit", "Million", "memory"]
print(f"\nMedians of {count} runs or more. A fast check of a weight of a million elements (7.6 MiB): "
      f"{median['kit', 'Million', 'seconds']:.2f} s, {memory:.0f} MiB more at its peak "
      f"({memory * 2**20 / 8e6:.1f} times the weight).")
