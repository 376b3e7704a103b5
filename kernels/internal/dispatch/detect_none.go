//go:build purego || !(amd64 || arm64)

package dispatch

import "github.com/seed63264101/steepest/kernels/generic"

func detect() []Level { return nil }

func assembly(Level) (*Table[float32], *Table[float64]) { return nil, nil }

const halfWidth = false

func narrow(*Table[float32], *Table[float64]) {}

func genericTable[T generic.Float]() (t Table[T]) { return t }

// residentBytes is how much of a strided vector plain Go keeps in registers.
const residentBytes = 0
