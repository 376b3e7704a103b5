package bench

import (
	"math"

	"github.com/seed63264101/steepest/kernels"
)

// The plain loops of the adaptive rules. Except for Adam's, they use the table's
// coefficients, in which the bias corrections are folded.

// adamLoop returns the textbook loop, Algorithm 1 of Kingma and Ba (2015), which
// divides both moments by their bias corrections. It takes these, and what the
// table folds them into, from the options.
func adamLoop[T kernels.Float](o kernels.AdamOptions, t int) func(p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, eps, step T) {
	lr, epsilon, omb2 := T(o.LR), T(o.Eps), T(1-o.Beta2)
	c1, c2 := T(1-math.Pow(o.Beta1, float64(t))), T(1-math.Pow(o.Beta2, float64(t)))
	return func(p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, _, _, _ T) {
		for i := range p {
			d := scale*g[i] + l2*p[i]
			m[i] = beta1*m[i] + omb1*d
			v[i] = beta2*v[i] + omb2*d*d
			mHat := m[i] / c1
			vHat := v[i] / c2
			p[i] = decay*p[i] - lr*mHat/(sqrt(vHat)+epsilon)
		}
	}
}

// sqrt compiles to the one instruction of T.
func sqrt[T kernels.Float](x T) T { return T(math.Sqrt(float64(x))) }

func amsgrad[T kernels.Float](p, g, m, v, vmax []T, scale, l2, decay, beta1, omb1, beta2, root, eps, step T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		m[i] = beta1*m[i] + omb1*d
		u := root * d
		v[i] = beta2*v[i] + u*u
		vmax[i] = max(vmax[i], v[i])
		p[i] = decay*p[i] - step*m[i]/(sqrt(vmax[i])+eps)
	}
}

func adamax[T kernels.Float](p, g, m, u []T, scale, l2, decay, beta1, omb1, beta2, eps, step T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		m[i] = beta1*m[i] + omb1*d
		u[i] = max(beta2*u[i], T(math.Abs(float64(d)))+eps)
		p[i] = decay*p[i] - step*m[i]/u[i]
	}
}

func nadam[T kernels.Float](p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, eps, stepGrad, stepMoment T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		m[i] = beta1*m[i] + omb1*d
		u := root * d
		v[i] = beta2*v[i] + u*u
		p[i] = decay*p[i] - (stepGrad*d+stepMoment*m[i])/(sqrt(v[i])+eps)
	}
}

func adamWarmup[T kernels.Float](p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, step T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		m[i] = beta1*m[i] + omb1*d
		u := root * d
		v[i] = beta2*v[i] + u*u
		p[i] = decay*p[i] - step*m[i]
	}
}

func adagrad[T kernels.Float](p, g, sum []T, scale, l2, eps, lr T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		sum[i] += d * d
		p[i] -= lr * d / (sqrt(sum[i]) + eps)
	}
}

func rmsprop[T kernels.Float](p, g, v []T, scale, l2, alpha, root, eps, lr T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		u := root * d
		v[i] = alpha*v[i] + u*u
		p[i] -= lr * d / (sqrt(v[i]) + eps)
	}
}

func rmspropMomentum[T kernels.Float](p, g, v, buf []T, scale, l2, alpha, root, eps, lr, mu T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		u := root * d
		v[i] = alpha*v[i] + u*u
		buf[i] = mu*buf[i] + d/(sqrt(v[i])+eps)
		p[i] -= lr * buf[i]
	}
}

func rmspropCentered[T kernels.Float](p, g, v, avg []T, scale, l2, alpha, root, eps, lr, oma T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		u := root * (d - avg[i])
		v[i] = alpha * (v[i] + u*u)
		avg[i] = alpha*avg[i] + oma*d
		p[i] -= lr * d / (sqrt(v[i]) + eps)
	}
}

func rmspropCenteredMomentum[T kernels.Float](p, g, v, avg, buf []T, scale, l2, alpha, root, eps, lr, oma, mu T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		u := root * (d - avg[i])
		v[i] = alpha * (v[i] + u*u)
		avg[i] = alpha*avg[i] + oma*d
		buf[i] = mu*buf[i] + d/(sqrt(v[i])+eps)
		p[i] -= lr * buf[i]
	}
}

func adadelta[T kernels.Float](p, g, v, acc []T, scale, l2, rho, root, eps, lr T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		u := root * d
		v[i] = rho*v[i] + u*u
		delta := sqrt((acc[i]+eps)/(v[i]+eps)) * d
		p[i] -= lr * delta
		u = root * delta
		acc[i] = rho*acc[i] + u*u
	}
}

func lion[T kernels.Float](p, g, m []T, scale, l2, decay, beta1, omb1, beta2, omb2, lr T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		c := beta1*m[i] + omb1*d
		m[i] = beta2*m[i] + omb2*d
		p[i] *= decay
		if c > 0 {
			p[i] -= lr
		} else if c < 0 {
			p[i] += lr
		}
	}
}

func adaBelief[T kernels.Float](p, g, m, v []T, scale, l2, decay, beta1, omb1, beta2, root, grow, eps, step T) {
	for i := range p {
		d := scale*g[i] + l2*p[i]
		m[i] = beta1*m[i] + omb1*d
		u := root * (d - m[i])
		v[i] = beta2*v[i] + u*u + grow
		p[i] = decay*p[i] - step*m[i]/(sqrt(v[i])+eps)
	}
}

func ftrl[T kernels.Float](p, g, lin, sum []T, scale, share, inverse, beta, l1, l2 T) {
	for i := range p {
		d := scale * g[i]
		n := sum[i] + d*d
		lin[i] += share*d - inverse*(sqrt(n)-sqrt(sum[i]))*p[i]
		sum[i] = n
		switch z := lin[i]; {
		case z > l1:
			p[i] = (l1 - z) / (inverse*(beta+sqrt(n)) + l2)
		case z < -l1:
			p[i] = (-l1 - z) / (inverse*(beta+sqrt(n)) + l2)
		default:
			p[i] = 0
		}
	}
}

func prodigyMoments[T kernels.Float](g, m, v, s []T, scale, beta1, gain, beta2, root, beta3, share T) {
	for i := range g {
		d := scale * g[i]
		m[i] = beta1*m[i] + gain*d
		u := root * d
		v[i] = beta2*v[i] + u*u
		s[i] = beta3*s[i] + share*d
	}
}

func prodigyStep[T kernels.Float](p, m, v []T, decay, eps, step T) {
	for i := range p {
		p[i] = decay*p[i] - step*m[i]/(sqrt(v[i])+eps)
	}
}

func lambDirection[T kernels.Float](r, p, g, m, v []T, scale, wd, beta1, omb1, beta2, root, eps, step T) {
	for i := range r {
		d := scale * g[i]
		m[i] = beta1*m[i] + omb1*d
		u := root * d
		v[i] = beta2*v[i] + u*u
		r[i] = step*m[i]/(sqrt(v[i])+eps) + wd*p[i]
	}
}

func scheduleFree[T kernels.Float](p, g, z, v []T, scale, wd, beta2, root, eps, step, average, look, lr T) {
	for i := range p {
		d := scale * g[i]
		u := root * d
		v[i] = beta2*v[i] + u*u
		n := step*d/(sqrt(v[i])+eps) + wd*p[i]
		p[i] += average*(z[i]-p[i]) + look*n
		z[i] -= lr * n
	}
}
