"""How fast a trace reads: a generated city of up to a hundred million visits, asked on the spot."""
