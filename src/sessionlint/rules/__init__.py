"""One module and one page per rule, side by side, grouped as the catalogue is. Finding them is ``rules.registry``'s job."""
