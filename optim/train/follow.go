package train

// follow does the rest of the iteration. It returns the reason if the run is to
// end, and the rule whose parameters are the best.
func (r *Run[T]) follow() (reason string, best Keeper, err error) {
	p := &r.last
	if r.o.Validate != nil && p.Iteration%r.o.ValidateEvery == 0 {
		r.opt.EvalMode()
		metric, err := r.o.Validate()
		if err != nil {
			r.opt.TrainMode()
			return "", nil, iterationError(p.Iteration, "Validate: ", err)
		}
		if err := r.meetValidated(metric); err != nil {
			r.opt.TrainMode()
			return "", nil, err
		}
		p.Metric, p.Validated = metric, true
	}
	r.telling = true
	if p.Validated {
		r.opt.Observe(p.Metric)
	}
	reason, best = r.ask(*p)
	r.telling, r.open = false, false
	r.opt.TrainMode()
	told := p.Validated || p.Iteration%r.o.ProgressEvery == 0
	if told && r.o.History != nil {
		r.o.History.add(*p)
	}
	if told && r.o.Progress != nil {
		if err := r.o.Progress(*p); err != nil {
			return reason, best, iterationError(p.Iteration, "Progress: ", err)
		}
	}
	if r.isDue() {
		err = r.save()
	}
	return reason, best, err
}

// ask asks the rules. It returns the first reason, and the first rule among those
// with a reason that keeps parameters.
func (r *Run[T]) ask(p Progress) (reason string, best Keeper) {
	for _, rule := range r.o.Stop {
		if p.Step == 0 && !countsAlone(rule) {
			continue
		}
		why := rule.Stop(p)
		if why == "" {
			continue
		}
		if reason == "" {
			reason = why
		}
		if k, ok := rule.(Keeper); ok && best == nil {
			best = k
		}
	}
	return reason, best
}

// countsAlone reports whether a rule need not know the last iteration to tell that
// the run has ended before, but its number.
func countsAlone(rule StopRule) bool {
	switch rule.(type) {
	case StepLimit, epochLimit, MetricRule:
		return true
	}
	return false
}

// restore sets the parameters to the best that a rule has kept, which were good in
// the mode for evaluation.
func (r *Run[T]) restore(best Keeper) {
	if best == nil {
		return
	}
	r.opt.EvalMode()
	if !best.Restore() {
		r.opt.TrainMode()
	}
}
