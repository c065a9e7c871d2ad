"""Amble: self-directed care for chronic low back pain, delivered and measured."""
