package tour

// networks are losses of many parameters.
var networks = []Preset{
	{
		ID: "overfitting", Title: "By heart", Tab: "network",
		Query: "f=network(Hidden=(16,16),Samples=60,Noise=0.15)&steps=400&run=Adam(LR=0.02)&run=AdamW(LR=0.02,WeightDecay=1)",
		Question: "A network with 354 parameters is to tell the points of two spirals apart. It learns from 60 points, which noise has moved; 30 more are for validation, and training never sees them. " +
			"Adam brings the loss of the 60 points almost to 0. What does the loss of the others do meanwhile?",
		Choices: []string{"It falls as well", "It falls, and then rises", "It does not change"},
		Answer:  1,
		Why: "After step 62 the network learns the noise of its points by heart. The loss in training goes on to fall, to 0.00234 after 400 steps, while that in validation rises from 0.455 to 2.35. " +
			"AdamW also pulls the weights towards 0 in each step, which keeps the boundary smooth: it ends at 0.291 in training, and at 0.531 in validation. " +
			"To stop where the validation is the lowest is another remedy (I. Loshchilov, F. Hutter, Decoupled weight decay regularization, 2019).",
		Guide: []string{overfits},
		Look:  "Take more samples, or less noise, and compare the boundaries of the two runs.",
	},
	{
		ID: "deep", Title: "Gradients that vanish and explode", Tab: "network",
		Query: "f=network(Hidden=(8,8,8,8,8),Activation=sigmoid,Samples=100)&steps=200&run=SGD(LR=0.5)&run=Adam(LR=0.02)",
		Question: "Five hidden layers have sigmoid units, which are S-shaped functions with a slope of at most a quarter. The gradient is computed backwards, from the last layer to the first, and multiplied by such slopes at each. " +
			"How long is that of the first layer before the first step, compared with that of the last?",
		Choices: []string{"About as long", "Hundreds of times shorter", "Hundreds of times longer"},
		Answer:  1,
		Why: "It is 0.000844 long, and that of the last layer 0.667: the gradient vanishes on the way. After 200 steps plain descent has a loss of 0.6927, where guessing has 0.6931; Adam, which divides by the gradient's size, gets to 0.451. " +
			"With relu units and he's weights, drawn so that signals keep their size from layer to layer, plain descent tells all 100 samples apart at the same rate of 0.5. " +
			"If all weights begin at 0, all gradients are 0, and nothing is learned. With large weights and relu the loss begins at 1650, gradients explode, and plain descent diverges after 1 step " +
			"(X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, 2010; K. He and others, Delving deep into rectifiers, 2015).",
		Guide: []string{stalls, notFinite},
		Look:  "Set Activation to relu and Init to he, then Init to large with and without ClipNorm, and look at the norms of the layers.",
	},
}
