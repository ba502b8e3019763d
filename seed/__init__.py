"""The real start data of the portal (units, emulation catalogues, rules, periods) and the vocabulary of the demonstration."""
