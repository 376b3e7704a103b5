package schedule

// The interfaces that a schedule may have besides, this package's and a user's own.

// A Validator is a Schedule whose options may be out of their domains. [Check] asks it.
type Validator interface {
	Schedule
	// Validate returns an error that names the option and its value. It need not look
	// into the schedules inside of this one.
	Validate() error
}

// An Outer is a Schedule with others inside of it, as [Warmup] and [Sequence] are.
type Outer interface {
	Schedule
	// Inner returns the schedules right inside of this one.
	Inner() []Schedule
}

// An Observer is a Schedule whose rates follow a metric, as those of [Plateau] do.
// Whoever runs the loop tells it: train.Fit does, others call optim's
// Optimizer.Observe. A schedule that has an Observer inside of it must be an [Outer],
// or an Observer that passes the metric on.
type Observer interface {
	Schedule
	// Observe takes the next metric.
	Observe(metric float64)
}

// A Saver is a Schedule whose rate depends on more than the number of steps, as that of
// a [Plateau] does. Snapshots of an optimizer keep its state. A Saver answers for the
// schedules inside of it, too, which are not asked: its state holds theirs, where they
// have one. An [Observer] that is no Saver cannot be saved.
type Saver interface {
	Schedule
	// SaveState returns the state as text.
	SaveState() (state string, err error)
	// RestoreState goes to a state that SaveState has returned. If it gives an error, it
	// must have changed nothing.
	RestoreState(state string) error
}
