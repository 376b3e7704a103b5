package surface

// Kinds returns all objectives, in the order in which they are offered.
func Kinds() []*Kind { return kinds }

var kinds = []*Kind{parabola, rosenbrockValley}
