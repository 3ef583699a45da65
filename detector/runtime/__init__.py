"""The service: Kafka in, Kafka out, around the same `step` that replay runs.

The only package that may import Faust or aiokafka. `partition` and what it uses are pure: they
know records, not brokers.
"""
