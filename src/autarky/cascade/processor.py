"""Processor: what compiled code may ask of the machine: fetch ahead, and flush what is next to nothing."""
