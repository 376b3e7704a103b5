package tour

// shapes are losses with more than one place where the gradient is 0, or with edges.
var shapes = []Preset{
	{
		ID: "saddle", Title: "Beside a ridge", Tab: "race",
		Query: "f=saddle&at=-1.8,1e-6&steps=300&run=SGD(LR=0.1)&run=Momentum(LR=0.1)&run=Adam(LR=0.1)",
		Question: "The runs begin a millionth beside a ridge, which leads down to a saddle: there the gradient is 0, but it is a minimum along the ridge alone, and a maximum across it. " +
			"Which run is the first to leave it for one of the two minima?",
		Choices: []string{"Plain descent", "Momentum", "Adam"},
		Answer:  2,
		Why: "At the saddle plain descent makes its distance from the ridge 10 percent larger with each step, and a millionth is little: it arrives in a minimum after 158 steps. Momentum adds up what little there is, and takes 73. " +
			"Adam divides by the gradient's size, so that even a millionth makes a full step: it takes 21. From the ridge itself all three end in the saddle, at a loss of 0.25, with a gradient of almost 0. " +
			"Only something random moves them from there, such as the noise of mini-batches (R. Ge and others, Escaping from saddle points, 2015).",
		Guide: []string{stalls},
		Look:  "Drag the start onto the ridge, where y is 0, and away from it.",
	},
	{
		ID: "minima", Title: "Many minima", Tab: "second",
		Query: "f=rastrigin&steps=300&run=SGD(LR=0.001)&run=Momentum(LR=0.001)&run=Adam(LR=0.1)&lens=basins",
		Question: "This loss has a minimum near each pair of whole numbers, and the lowest, of 0, at the origin. Colours show to which minimum a run goes from where. " +
			"Which of the three rules finds the lowest one?",
		Choices: []string{"Momentum, which rolls over the hills between", "Adam", "None of them"},
		Answer:  2,
		Why: "All three end in the minimum next to the start, at (-2.98, 1.99), with a loss of 12.9. The loss rises from there to all sides, and nothing in a gradient tells that there are lower ones. " +
			"That a minimum is the lowest is guaranteed for convex losses only, those whose graph never rises above the straight line between two of its points. Elsewhere the start, the rule and its settings decide: " +
			"on Himmelblau's function plain descent and momentum, both at a rate of 0.01, go from one start to (3.00, 2.00) and to (-2.81, 3.13).",
		Look: "Choose Himmelblau's function, whose four minima have the same loss, and drag the start from basin to basin.",
	},
	{
		ID: "cliff", Title: "A wall", Tab: "race",
		Query: "f=cliff&steps=300&run=Momentum(LR=0.2)&run=Momentum(LR=0.2,ClipNorm=1)",
		Question: "The floor falls gently to the foot of a wall, which is 100 times as steep. The minimum is at the foot, and momentum rolls towards it. " +
			"What does the wall do to a run whose gradients are not clipped?",
		Choices: []string{
			"It stops the run, just where the minimum is",
			"It throws the run back, further than it came",
			"Nothing: the run rolls over it",
		},
		Answer: 1,
		Why: "The velocity takes the run up the wall, where the gradient is 50 long, and is thrown back from there as far as x = -69.8. It rolls towards the wall again, and after 300 steps its loss is 4.71 above the least. " +
			"With ClipNorm a gradient longer than 1 is shortened to that, and keeps its direction: this run arrives after 72. " +
			"Deep and recurrent networks have such walls, which are known as exploding gradients (R. Pascanu, T. Mikolov, Y. Bengio, On the difficulty of training recurrent neural networks, 2013).",
		Guide: []string{swings},
		Look:  "Remove ClipNorm and add ClipValue, or a lower rate, or less momentum.",
	},
	{
		ID: "newton", Title: "Steps by curvature", Tab: "second",
		Query: "f=saddle&at=-1.5,0.3&steps=60&run=Newton&run=Newton(Damping=1.5)&run=Newton(Absolute=1)&run=LBFGS&run=SGD(LR=0.1)",
		Question: "Newton's method puts a parabola with the local slope and curvature in the place of the loss, and goes to the point where that is level. " +
			"Between the two minima the loss is curved downwards along y. Where does Newton's method end?",
		Choices: []string{
			"In the nearer minimum, after a few steps",
			"In the saddle between the minima",
			"Nowhere: it diverges",
		},
		Answer: 1,
		Why: "It divides the gradient by the curvature, and where that is negative the step turns around and goes up: to the saddle, with a loss of 0.25. Damping adds 1.5 to all curvatures, which makes them positive here, and arrives in a minimum after 7 steps. " +
			"The magnitudes of the curvatures do, too, after 5 (Y. Dauphin and others, Identifying and attacking the saddle point problem, 2014). " +
			"L-BFGS learns the curvature from the gradients that it meets, looks for a good length of each step, and arrives after 4 (D. C. Liu, J. Nocedal, On the limited memory BFGS method, 1989). Plain descent takes 34.",
		Guide: []string{stalls},
		Look:  "Drag the start nearer to a minimum, where the curvature is positive, and Newton's method arrives as well.",
	},
}
