package tour

// data are runs on a loss that is a mean over samples, and what scales mean.
var data = []Preset{
	{
		ID: "batches", Title: "All samples, some, or one", Tab: "noise",
		Query: "f=regression(Offset=0)&steps=300&run=SGD(LR=0.1)&target=0.01&batch=6",
		Question: "A line is fitted to 60 points, and the loss is a mean over them. A step can go by the gradient of all of them (batch), of 6 (a mini-batch), or of a single one. " +
			"Which reads the fewest points until its loss is within 0.01 of the least, and which stays nearest to the minimum then?",
		Choices: []string{
			"All points, on both counts: exact gradients waste nothing",
			"Single points read the fewest, all points stay nearest",
			"Mini-batches, on both counts",
		},
		Answer: 1,
		Why: "All three need about as many steps: 37 with all points, 38 with mini-batches, 32 with single points. So they read 2220, 228 and 32 points on the way. " +
			"But a few points give a gradient that is right on average only, and the run never comes to rest: over the last 100 steps its loss is on average 0.0005 above the least with mini-batches and 0.0097 with single points, while with all points it has arrived. " +
			"The seed draws the samples: the same seed leads to the same bits, another one to another path.",
		Guide: []string{irreplicable},
		Look:  "Change the seed and the batch, and look at the paths of many seeds at once.",
	},
	{
		ID: "schedules", Title: "Slower towards the end", Tab: "schedule",
		Query: "f=regression(Offset=0)&steps=600&run=SGD(LR=0.1)&run=SGD(LR=0.1,Schedule=Cosine(TMax=600))&run=SGD(LR=0.1,Schedule=Warmup(Steps=60,Then=Cosine(TMax=540)))&run=SGD(LR=0.002)&batch=1",
		Question: "Single samples make every step noisy. One run keeps its rate of 0.1. In two others the rate falls from there to 0, along half a cosine, in the second of them after a warm-up in which it rises. " +
			"The last one has a small rate, 0.002, from the start to the end. Which end nearest to the minimum?",
		Choices: []string{
			"The one that keeps its rate: it moves on to the end",
			"The two whose rate falls",
			"The one with the small rate, since its steps are the most careful",
		},
		Answer: 1,
		Why: "At a constant rate the noise is as strong at the end as before, and the run hovers: over the last 100 steps the loss is on average 0.0087 above the least. " +
			"Where the rate falls to 0 the noise dies with it, and the loss ends 0.00004 above the least, with and without warm-up. The small rate has little noise, but is still 1.21 above: it has hardly left. " +
			"Warm-up is for starts at which the full rate would do harm, and this is none of them (H. Robbins, S. Monro, A stochastic approximation method, 1951; P. Goyal and others, Accurate, large minibatch SGD, 2017).",
		Guide: []string{stalls},
		Look:  "Put other schedules in their place: InverseTime falls as 1/t, Plateau waits until the loss stalls.",
	},
	{
		ID: "inputs", Title: "Inputs far from zero", Tab: "stability",
		Query:    "f=regression(Offset=4)&steps=400&run=SGD(LR=0.1)&run=SGD(LR=0.12)",
		Question: "A line is fitted to points whose inputs lie around 4. A change of its slope then lifts the whole line, and slope and intercept get into each other's way. What helps the most?",
		Choices: []string{
			"A larger rate",
			"More steps",
			"To normalize: to shift and scale the inputs to mean 0 and standard deviation 1",
		},
		Answer: 2,
		Why: "With inputs around 4 the condition number of the Hessian, the matrix of second derivatives, is 335. At a rate of 0.1 the run has not arrived after 400 steps; 0.12 is above the limit of 0.106, and the loss has grown a million times after 29. " +
			"With normalized inputs the condition number is 1: the run at 0.1 arrives after 45 steps, and one at a rate of 1 after a single step. " +
			"It is the same line through the same points, in other coordinates (Y. LeCun and others, Efficient BackProp, 1998).",
		Guide: []string{stalls},
		Look:  "Set Normalize to yes, and see the valley turn into a round bowl.",
	},
	{
		ID: "scales", Title: "One rate for each parameter", Tab: "inspect",
		Query: "f=quadratic(Condition=1000,Angle=0)&run=SGD(LR=0.0019)&run=Adam(LR=0.5)&run=Preconditioned(LR=1)",
		Question: "Here x is 1000 times as steep as y. Adam divides the step of each parameter by the usual size of its gradient, and the third run by its curvature, while plain descent has one rate for both. " +
			"What becomes of Adam if the bowl is turned by 45 degrees, so that x and y are equally steep?",
		Choices: []string{
			"Nothing: it is still the same bowl",
			"It gets faster, since the parameters are equal now",
			"It loses most of its lead",
		},
		Answer: 2,
		Why: "Along the axes Adam arrives after 94 steps, and with the curvature a single one is enough; plain descent is still 0.467 above the least after 500. " +
			"Turned by 45 degrees, Adam takes 362 steps, and the third run does not arrive at all: both can scale parameters, but the narrow direction is now a mix of the two. " +
			"That Adam helps so often means that scales of single parameters are a common trouble (D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, 2015).",
		Guide: []string{stalls},
		Look:  "Set Angle to 45. With Full the third run goes by the whole Hessian, and arrives from any angle.",
	},
	{
		ID: "fairness", Title: "Who is the best?", Tab: "race",
		Query: "f=beale&run=SGD(LR=0.01)&run=Momentum(LR=0.01)&run=RMSprop&run=Adam&rates=best",
		Question: "Four rules on one loss. If all have the same rate of 0.01, then after 500 steps RMSprop is the lowest, Adam comes next, plain descent is third, and momentum has diverged. " +
			"What if each one has the best rate that 20 trials find?",
		Choices: []string{
			"The order stays, the losses are lower",
			"Adam arrives first, and momentum arrives too",
			"All four arrive at about the same time",
		},
		Answer: 1,
		Why: "A rate means something else to each rule: the trials find 0.811 for Adam and 0.008 for momentum, a hundred times less. With these Adam arrives after 43 steps, RMSprop after 62 and momentum after 212; plain descent does not, and is 1.06 above the least. " +
			"RMSprop does not stay, though: at a constant rate it ends 0.258 above. At 0.01 for all, RMSprop ended at 0.935, Adam at 1.18 and plain descent at 1.83, and momentum diverged after 93 steps: that compared rates, not rules. " +
			"A comparison is fair if every rule has the same budget to be tuned with (D. Choi and others, On empirical comparisons of optimizers for deep learning, 2019).",
		Guide: []string{swings},
		Look:  "Switch to the same rate for all, and back. A smaller budget finds worse rates.",
	},
}
