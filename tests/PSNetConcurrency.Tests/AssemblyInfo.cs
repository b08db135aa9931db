// Tests count this process's threads and descriptors, and share two processors: one at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
