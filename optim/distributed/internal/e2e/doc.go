// Package e2e tests whole trainings under both MPIs.
package e2e
