// Package gonumopt joins package optim and gonum's optimize: a [Method] lets
// optim's update rules run where optimize wants a Method, and an [Objective]
// hands what train.Fit trains to optimize's methods, such as L-BFGS, nonlinear
// conjugate gradients, Newton's method and their line searches. [OWLQN] is a method that
// optimize lacks: L-BFGS with an L1 penalty.
//
// Those methods want the loss and the gradient of the whole data. For mini-batches
// use train.Fit.
package gonumopt
