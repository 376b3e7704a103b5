package surface

// Kinds returns all objectives, in the order in which they are offered.
func Kinds() []*Kind { return kinds }

var kinds = []*Kind{
	parabolaAlone, quadraticBowl, rosenbrockValley, bealeFunction, himmelblauFunction, rastriginFunction,
	saddleBetween, plateauAround, cliffFoot, ravineBent, regressionLine, logisticClasses,
}
