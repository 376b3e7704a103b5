package tour

// first are descent itself, and what theory knows of it.
var first = []Preset{
	{
		ID: "descent", Title: "Down the slope", Tab: "inspect",
		Query: "f=quadratic(Condition=3)&steps=40&run=SGD(LR=0.2)",
		Question: "The colours and lines of the picture show the loss, a function of two parameters, with its optimal point in the middle. The path is that of gradient descent. " +
			"Each of its steps goes against the gradient, which points up the steepest slope, and is as long as the gradient times the rate of 0.2. How does their length change on the way?",
		Choices: []string{
			"All steps are equally long, since the rate is the same",
			"They get shorter and shorter",
			"They get longer, since it goes downhill",
		},
		Answer: 1,
		Why: "The gradient is the slope, and the nearer the minimum, the flatter the bowl. The first step is 1.09 long and the tenth 0.098, at one and the same rate. " +
			"After 20 steps the loss is less than 0.001 above the least, which counts as arrived here. " +
			"From then on, too, each step takes a share of the way that is left: descent gets ever nearer to the minimum, and never quite there.",
		Look: "Drag the start, go through the steps one by one, and change LR. The loss is drawn on a logarithmic scale, on which it falls along a straight line if each step takes the same share.",
	},
	{
		ID: "rates", Title: "Too small, too large", Tab: "stability",
		Query: "f=parabola&steps=60&run=SGD(LR=0.01)&run=SGD(LR=0.1)&run=SGD(LR=0.5)&run=SGD(LR=0.95)&run=SGD(LR=1.05)",
		Question: "This loss has one parameter, x, and the same curvature (second derivative) everywhere: 2. Five runs of gradient descent differ in their rate alone: " +
			"0.01, 0.1, 0.5, 0.95 and 1.05. Which one arrives first?",
		Choices: []string{
			"0.1, since small steps are safe",
			"0.5",
			"0.95, the largest that does not diverge",
		},
		Answer: 1,
		Why: "A step multiplies x by 1 - 2 * LR. At a rate of 0.5 that is 0, and a single step arrives. At 0.1 it is 0.8, which takes 22 steps, and at 0.01 it is 0.98, for which 60 steps are too few. " +
			"At 0.95 it is -0.9: the run jumps from side to side, and arrives after 46 steps all the same. " +
			"At 1.05 it is -1.1, beyond the limit, which is 2 over the curvature and so 1, and the loss grows from 16 to 1.48 million.",
		Guide: []string{swings},
		Look:  "Change Curvature, and see the limit move on the slider of the rate.",
	},
	{
		ID: "zigzag", Title: "A long and narrow bowl", Tab: "race",
		Query: "f=quadratic(Condition=50)&steps=300&run=SGD(LR=0.039)&run=SGD(LR=0.02)&run=SGD(LR=0.041)",
		Question: "This bowl is curved 50 times as much across as along: its condition number is 50. Across it no rate above 2/50 = 0.04 is stable. " +
			"Three runs have rates of 0.039, just below that, of 0.02, and of 0.041. Which one arrives first?",
		Choices: []string{
			"0.039, although it zigzags from wall to wall",
			"0.02, which goes straight down the wall and then along the floor",
			"0.041, since it is the fastest along the floor",
		},
		Answer: 0,
		Why: "Along the floor, where the curvature is 1, a step takes away 3.9 percent of the way at a rate of 0.039, and 2 percent at 0.02. So the one arrives after 116 steps, zigzag and all, and the other after 219. " +
			"At 0.041 a step multiplies the distance across the valley by -1.05, and the loss has grown a million times after 144. " +
			"The steep axis sets the limit of the rate, and the flat one needs the steps: that is why the condition number counts. In a bowl of condition number 5 a rate of 0.333 arrives after 12.",
		Guide: []string{stalls},
		Look:  "Set Condition to 5 and a rate to 0.333. On the logarithmic scale every loss ends as a straight line, which is called linear convergence: the dotted lines are what theory foresees.",
	},
	{
		ID: "momentum", Title: "A ball that rolls", Tab: "race",
		Query: "f=quadratic(Condition=100)&run=SGD(LR=0.0198)&run=Momentum(LR=0.033,Momentum=0.67)&run=Momentum(LR=0.01,Momentum=0.82,Nesterov=1)",
		Question: "With momentum the steps add up to a velocity, of which each next step keeps a share; Nesterov's kind takes the gradient a little ahead, along the velocity. " +
			"The condition number is 100, and plain descent has the best rate that there is for it. How much sooner does momentum arrive?",
		Choices: []string{
			"About twice as soon",
			"Up to ten times as soon: by the root of the condition number",
			"A hundred times as soon: by the condition number",
		},
		Answer: 1,
		Why: "Plain descent takes 285 steps, momentum 33, and Nesterov's kind 59. At best a step of plain descent multiplies the distance by (k - 1)/(k + 1), where k is the condition number, and one with momentum by the same with the root of k: " +
			"by 0.980 and by 0.818 here. The price is one more setting, and a swing at the start: the loss rises from 97.6 to 1190 before it falls (B. T. Polyak, Some methods of speeding up the convergence of iteration methods, 1964; " +
			"Y. Nesterov, A method for solving the convex programming problem with convergence rate O(1/k^2), 1983).",
		Guide: []string{stalls, swings},
		Look:  "Set Momentum to 0.95 and see it overshoot. The map in the panel on stability shows which rates go with which momentum.",
	},
}
