package bench

import "github.com/seed63264101/steepest/kernels"

// formSizes are the sizes at which the forms of a kernel are compared: from calls that
// are over at once to what no first-level cache holds. Where the data lie in memory, a
// core waits for it, whatever the form.
var formSizes = []int{16, 64, 256, 1024, 4096, 16384, 65536, 131072}

// FormLevels returns the machine's two widest levels, whose forms of a kernel FormSpecs
// compares, and false if it has no two.
func FormLevels() (half, widest kernels.Level, ok bool) {
	assembly := kernels.Levels()[1:]
	if len(assembly) < 2 {
		return 0, 0, false
	}
	return assembly[len(assembly)-2], assembly[len(assembly)-1], true
}

// FormSpecs lists cases that have a kernel's forms on the two widest levels for their
// only contenders, in the order of the kernels' table. It is empty where there are no
// two.
func FormSpecs(c Caches) []Spec {
	half, widest, ok := FormLevels()
	if !ok {
		return nil
	}
	return byKernel(formSpecs[float32]("f32", c, half, widest), formSpecs[float64]("f64", c, half, widest))
}

// formSpecs lists an element type's cases, by kernel.
func formSpecs[T kernels.Float](typ string, c Caches, levels ...kernels.Level) [][]Spec {
	pool := newPools[T]()
	var all [][]Spec
	for _, o := range operations[T]() {
		if o.Bind == nil { // made of other kernels
			continue
		}
		var list []Spec
		for _, n := range formSizes {
			list = append(list, Spec{
				Ops: []string{o.Name}, Type: typ, N: n, Place: c.place(n * o.bytesPerElement()), Narrow: o.Narrow,
				Build: func(m *Arena) *Case { return o.forms(m, n, pool, levels) },
			})
		}
		all = append(all, list)
	}
	return all
}

// forms makes the case of a kernel on some levels, each with its own form.
func (o *operation[T]) forms(m *Arena, n int, pool *pools[T], levels []kernels.Level) *Case {
	s := o.shape(n)
	a, _, restore := o.arguments(m, s, pool)
	c := &Case{Bytes: o.traffic(s), Reset: restore}
	for _, l := range levels {
		c.Contenders = append(c.Contenders, Contender{Op: o.Name, Role: Kernel, Level: l, Run: o.Op.Bind(tableOf[T](l), a)})
	}
	return c
}
