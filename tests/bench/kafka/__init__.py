"""The worker on a real broker, beside its peers and its floors.

    python -m tests.bench.kafka [--only throughput,...] [--events N] [--markdown] [--picture FILE]

Everything that is measured is a process of its own. It says on its standard output when it has its
first record (`first`), and when it has had them all (`last`); what it has committed is asked of the
broker. Beside each rate stands the processor time that it took, which a busy machine does not change
as much.
"""
