package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/seed63264101/steepest/optim/schedule"
)

// schedules are all schedules with usual values for the usual 500 steps, in the order in which
// they are offered.
var schedules = []schedule.Schedule{
	schedule.Constant{Factor: 0.1, Steps: 0},
	schedule.StepDecay{StepSize: 100, Gamma: 0.5},
	schedule.MultiStep{Milestones: []int{250, 375}, Gamma: 0.1},
	schedule.Exponential{Gamma: 0.995},
	schedule.InverseTime{Decay: 0.01},
	schedule.Polynomial{TotalIters: 500, Power: 1},
	schedule.Cosine{TMax: 500},
	schedule.CosineWarmRestarts{T0: 100, TMult: 2},
	schedule.NewOneCycle(500),
	schedule.NewPlateau(),
	schedule.WarmupStableDecay{Warmup: 50, Stable: 350, Decay: 100},
	schedule.Warmup{Steps: 50, StartFactor: 0.1},
	schedule.Sequence{Schedules: []schedule.Schedule{schedule.Constant{Factor: 0.1}, schedule.Exponential{Gamma: 0.99}}, Milestones: []int{250}},
}

var shapeNames = []string{"LinearDecay", "SqrtDecay", "CosineDecay"}

func scheduleNames() []string {
	names := make([]string, len(schedules))
	for i, s := range schedules {
		names[i] = scheduleName(s)
	}
	return names
}

// scheduleName returns the name of its type.
func scheduleName(s schedule.Schedule) string { return structOf(s).Type().Name() }

// structOf returns the struct that a schedule is, or points to.
func structOf(s schedule.Schedule) reflect.Value { return reflect.Indirect(reflect.ValueOf(s)) }

// usualSchedule returns the schedule of a name as it is offered, or nil.
func usualSchedule(name string) schedule.Schedule {
	i := slices.IndexFunc(schedules, func(s schedule.Schedule) bool { return strings.EqualFold(scheduleName(s), name) })
	if i < 0 {
		return nil
	}
	return schedules[i]
}

// scheduleOf returns the schedule of a call.
func (p *parser) scheduleOf(n node) (schedule.Schedule, error) {
	usual := usualSchedule(n.word)
	if usual == nil || n.list {
		return nil, fmt.Errorf("no schedule %q, want %s", n.text, oneOf(scheduleNames()))
	}
	fields := settable(structOf(usual))
	made := func() schedule.Schedule {
		if reflect.TypeOf(usual).Kind() == reflect.Pointer {
			return fields.Addr().Interface().(schedule.Schedule)
		}
		return fields.Interface().(schedule.Schedule)
	}
	p.fill([]reflect.Value{fields}, scheduleName(usual), n.args, func() error { return schedule.Check(made()) })
	return made(), nil
}

// scheduleText is the inverse of scheduleOf.
func scheduleText(s schedule.Schedule) string {
	name := scheduleName(s)
	return call(name, differing([]reflect.Value{structOf(s)}, []reflect.Value{structOf(usualSchedule(name))}))
}

func expandSchedule(s schedule.Schedule) Call {
	name := scheduleName(s)
	return expand(name, []reflect.Value{structOf(s)}, []reflect.Value{structOf(usualSchedule(name))})
}

// schedulesIn returns the schedules that are the value of an option, if it is of such a kind.
func schedulesIn(f reflect.Value) []schedule.Schedule {
	switch v := f.Interface().(type) {
	case schedule.Schedule:
		return []schedule.Schedule{v}
	case []schedule.Schedule:
		return v
	}
	return nil
}

// fresh returns a schedule for one more optimizer: one that has observed nothing.
func fresh(s schedule.Schedule) schedule.Schedule {
	switch s := s.(type) {
	case *schedule.Plateau:
		c := *s
		c.State = schedule.PlateauState{}
		return &c
	case schedule.Warmup:
		s.Then = fresh(s.Then)
		return s
	case schedule.Sequence:
		s.Schedules = slices.Clone(s.Schedules)
		for i, inner := range s.Schedules {
			s.Schedules[i] = fresh(inner)
		}
		return s
	}
	return s
}
