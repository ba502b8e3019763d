"""What may be done with papers on their way, and with chains; see the modules."""
