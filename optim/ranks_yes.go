//go:build !singleprocess

package optim

import "github.com/seed63264101/steepest/kernels"

// ranked is whether New makes optimizers that are [Distributed] or add in a tree. With the build
// tag singleprocess it does not, and all of that stays out of a program that has to be small, as
// a page's.
const ranked = true

func newRanks[T kernels.Float](t Transport) ranks[T] { return newWorld[T](t) }
