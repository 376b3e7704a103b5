package gonumblas

import (
	"gonum.org/v1/gonum/blas"

	"github.com/seed63264101/steepest/kernels"
)

// What gonum's options are in package kernels. Values that BLAS does not know panic.

func transOf(t blas.Transpose) kernels.Transpose {
	switch t {
	case blas.NoTrans:
		return kernels.NoTrans
	case blas.Trans, blas.ConjTrans:
		return kernels.Trans
	}
	panic(badTranspose)
}

func uploOf(ul blas.Uplo) kernels.Uplo {
	switch ul {
	case blas.Upper:
		return kernels.Upper
	case blas.Lower:
		return kernels.Lower
	}
	panic(badUplo)
}

func diagOf(d blas.Diag) kernels.Diag {
	switch d {
	case blas.NonUnit:
		return kernels.NonUnit
	case blas.Unit:
		return kernels.Unit
	}
	panic(badDiag)
}

func sideOf(s blas.Side) kernels.Side {
	switch s {
	case blas.Left:
		return kernels.Left
	case blas.Right:
		return kernels.Right
	}
	panic(badSide)
}
