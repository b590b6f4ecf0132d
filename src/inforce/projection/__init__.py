"""Many paths at once: the rules of `inforce.mechanics`, compiled."""
