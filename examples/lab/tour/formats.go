package tour

// formats are runs that keep numbers in fewer bits.
var formats = []Preset{
	{
		ID: "formats", Title: "Half the bits", Tab: "formats",
		Query: "steps=3000&run=Adam(LR=0.003,State=bfloat16)&run=Adam(LR=0.003)&run=Adam(LR=0.003,State=int8)&run=Adam(LR=0.003,Params=bfloat16)&run=Adam(LR=0.003,Params=split)",
		Question: "Adam divides by the root of v, its average of squared gradients. The first gradients here are large, and v has to fall behind them, by at most 0.1 percent in a step. " +
			"The first run keeps v in 16 bits, in bfloat16, whose neighbouring numbers are 0.4 to 0.8 percent apart. What if each step rounded v to the nearest of them?",
		Choices: []string{
			"It would fall all the same: errors up and down cancel out",
			"It would never fall again",
			"It would fall too far, to 0",
		},
		Answer: 1,
		Why: "A change of less than half the distance of neighbours is lost, in each step anew: along x v stays at 186, while in float32 it falls to 12.2. The steps are divided by a root 3.9 times as large, and the loss ends at 2.26, not at 0.211. " +
			"So the run rounds at random, up as often as the number is near its upper neighbour, which is right on average: v ends at 12.1 and the loss at 0.207; in 8 bits, with errors of up to an eighth, at 0.263. " +
			"With parameters it is the same. Rounded to nearest, where neighbours are 0.0078 apart, steps of 0.003 never leave the start and its loss of 12.5; at random they lead to 0.438. " +
			"Split parameters lose nothing, since the bits that bfloat16 has no place for are kept beside it: 0.291, for the loss is still computed at bfloat16 " +
			"(S. Gupta and others, Deep learning with limited numerical precision, 2015; P. Zamirai and others, Revisiting bfloat16 training, 2020).",
		Guide: []string{stalls},
		Look:  "Look at the other runs and at the other numbers that they keep, and give them other random bits.",
	},
}
