package generic

// The quantile of the normal distribution, at the interval that bits name and at p.
var (
	Normal32, Normal64     = normal[float32], normal[float64]
	NormalAt32, NormalAt64 = normalAt[float32], normalAt[float64]
)
