"""Reminders: rules that say how long before or after its due day a thing is brought to those whose work it is."""
