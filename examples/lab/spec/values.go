package spec

import "reflect"

// An Expanded is an experiment with every value as text, those that are defaults included, for
// who shows controls.
type Expanded struct {
	Objective Call             `json:"objective"`
	Title     string           `json:"title"`
	Network   bool             `json:"network"`
	Dim       int              `json:"dim"`     // parameters that a picture shows, 0 for a network
	Samples   int              `json:"samples"` // 0 if there are no data
	Runs      []Call           `json:"runs"`
	Keys      map[string]Value `json:"keys"` // steps, seed, ...: all but f and run
}

// A Call is an objective, a run or a schedule.
type Call struct {
	Name    string  `json:"name"`
	Text    string  `json:"text"`            // canonical
	Label   string  `json:"label,omitempty"` // of a run
	Rule    bool    `json:"rule,omitempty"`  // of a run
	Options []Value `json:"options"`
}

// A Value is an option's or a key's.
type Value struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Text  string `json:"text"`            // empty for none
	Usual bool   `json:"usual"`           // it is the default, which a text leaves out
	Calls []Call `json:"calls,omitempty"` // the schedules that it is
}

// Expand returns the experiment with every value as text.
func (s *State) Expand() *Expanded {
	e := &Expanded{
		Objective: s.expandObjective(), Title: networkTitle, Network: s.Network != nil,
		Dim: s.dim(), Samples: s.samples(), Keys: map[string]Value{},
	}
	if s.Surface != nil {
		e.Title = s.Surface.Kind.Title
	}
	for i, label := range s.Labels() {
		m, o := optionsOf(s.Runs[i])
		c := expand(m.Name, o, m.options())
		c.Label, c.Rule = label, m.Rule
		e.Runs = append(e.Runs, c)
	}
	usual := s.usual()
	for _, k := range keys {
		if !k.many && k.Name != "f" {
			text := k.text(s)
			e.Keys[k.Name] = Value{Name: k.Name, Kind: k.Kind, Text: text, Usual: text == k.text(usual)}
		}
	}
	return e
}

func (s *State) expandObjective() Call {
	if s.Network != nil {
		return expandNetwork(s.Network)
	}
	k := s.Surface.Kind
	c := Call{Name: k.Name, Text: s.objective(), Options: []Value{}}
	for i, o := range k.Options {
		v := s.Surface.Values[i]
		c.Options = append(c.Options, Value{Name: o.Name, Kind: describeSurface(o).Kind, Text: optionText(o, v), Usual: v == o.Default})
	}
	return c
}

// expand returns a call with the values that structs hold.
func expand(name string, structs, usual []reflect.Value) Call {
	c := Call{Name: name, Text: call(name, differing(structs, usual)), Options: []Value{}}
	eachField(structs, func(name string, i int, f reflect.Value) {
		v := Value{Name: name, Kind: kindOf(f.Type()), Text: formatField(f)}
		v.Usual = v.Text == formatField(usual[i].FieldByName(name))
		for _, s := range schedulesIn(f) {
			v.Calls = append(v.Calls, expandSchedule(s))
		}
		c.Options = append(c.Options, v)
	})
	return c
}
