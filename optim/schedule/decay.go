package schedule

import (
	"cmp"
	"fmt"

	"github.com/seed63264101/steepest/kernels/generic"
	"github.com/seed63264101/steepest/optim/internal/domain"
	"github.com/seed63264101/steepest/optim/internal/portable"
)

// StepDecay multiplies the rate by Gamma after every StepSize steps (torch's
// StepLR):
//
//	base * Gamma^floor(step/StepSize)
//
// StepSize must be positive, and Gamma finite and > 0.
type StepDecay struct {
	StepSize int     // steps between two changes
	Gamma    float64 // factor, 0.1 in torch
}

// Rate returns the formula's value.
func (s StepDecay) Rate(base float64, step int) float64 {
	if s.StepSize <= 0 {
		return invalid
	}
	return base * generic.Power(s.Gamma, uint64(max(step, 0)/s.StepSize))
}

// Validate returns an error if an option is out of its domain.
func (s StepDecay) Validate() error {
	return cmp.Or(
		domain.Whole("StepSize", s.StepSize, 1),
		domain.Real("Gamma", s.Gamma, domain.Positive),
	)
}

// MultiStep multiplies the rate by Gamma at every milestone (torch's
// MultiStepLR):
//
//	base * Gamma^(number of milestones <= step)
//
// The milestones, in any order, must be positive; one that occurs twice counts
// twice. Gamma must be finite and > 0.
type MultiStep struct {
	Milestones []int   // steps from which on the rate is lower; without any it stays
	Gamma      float64 // factor, 0.1 in torch
}

// Rate returns the formula's value.
func (s MultiStep) Rate(base float64, step int) float64 {
	var n uint64
	for _, m := range s.Milestones {
		if m <= step {
			n++
		}
	}
	return base * generic.Power(s.Gamma, n)
}

// Validate returns an error if an option is out of its domain.
func (s MultiStep) Validate() error {
	for i, m := range s.Milestones {
		if err := domain.Whole(fmt.Sprintf("Milestones[%d]", i), m, 1); err != nil {
			return err
		}
	}
	return domain.Real("Gamma", s.Gamma, domain.Positive)
}

// Exponential multiplies the rate by Gamma after every step (torch's
// ExponentialLR):
//
//	base * Gamma^step
//
// Gamma must be finite and > 0.
type Exponential struct {
	Gamma float64 // factor, a little below 1
}

// Rate returns the formula's value.
func (s Exponential) Rate(base float64, step int) float64 {
	return base * generic.Power(s.Gamma, uint64(max(step, 0)))
}

// Validate returns an error if an option is out of its domain.
func (s Exponential) Validate() error {
	return domain.Real("Gamma", s.Gamma, domain.Positive)
}

// InverseTime lets the rate fall as 1/t (H. Robbins and S. Monro, A stochastic
// approximation method, 1951):
//
//	base / (1 + Decay*step)
//
// The rates' sum diverges and the sum of their squares does not, which is what
// stochastic descent needs to converge. It is torch's LambdaLR with the function
// 1/(1+Decay*step).
//
// Decay must be finite and not negative.
type InverseTime struct {
	Decay float64 // 1/Decay steps halve the rate; with 0 it stays
}

// Rate returns the formula's value.
func (s InverseTime) Rate(base float64, step int) float64 {
	return base / (1 + float64(s.Decay*float64(max(step, 0))))
}

// Validate returns an error if an option is out of its domain.
func (s InverseTime) Validate() error {
	return domain.Real("Decay", s.Decay, domain.NonNegative)
}

// Polynomial lets the rate fall to EtaMin in TotalIters steps and stay there
// (torch's PolynomialLR, which has EtaMin = 0):
//
//	EtaMin + (base-EtaMin) * (1 - min(step, TotalIters)/TotalIters)^Power
//
// Power 1 is a straight line, torch's LinearLR from 1 to EtaMin/base. TotalIters
// must be positive, Power finite and > 0, and EtaMin finite and not negative.
type Polynomial struct {
	TotalIters int     // steps from the highest to the lowest rate
	Power      float64 // 1 in torch
	EtaMin     float64 // lowest rate
}

// Rate returns the formula's value. It is exactly base and exactly EtaMin at the
// ends.
func (s Polynomial) Rate(base float64, step int) float64 {
	if s.TotalIters <= 0 {
		return invalid
	}
	left := s.TotalIters - min(max(step, 0), s.TotalIters)
	return portable.Mix(s.EtaMin, base, portable.Power(float64(left)/float64(s.TotalIters), s.Power))
}

// Validate returns an error if an option is out of its domain.
func (s Polynomial) Validate() error {
	return cmp.Or(
		domain.Whole("TotalIters", s.TotalIters, 1),
		domain.Real("Power", s.Power, domain.Positive),
		domain.Real("EtaMin", s.EtaMin, domain.NonNegative),
	)
}
