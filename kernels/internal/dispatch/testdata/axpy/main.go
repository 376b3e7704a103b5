// Command axpy calls one kernel.
package main

import "github.com/seed63264101/steepest/kernels"

func main() {
	x, y := []float32{1, 2}, []float32{3, 4}
	kernels.Axpy(2, x, y)
	println(y[0], y[1])
}
