"""What changes registrations.

Each verb locks the row, asks the policy, flushes and writes the audit; nobody commits here.
"""
