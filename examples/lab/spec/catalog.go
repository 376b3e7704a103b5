package spec

import (
	"reflect"

	"github.com/seed63264101/steepest/examples/lab/surface"
)

// A Catalog is all that a text may say, for who builds controls.
type Catalog struct {
	Objectives []Entry  `json:"objectives"`
	Methods    []Entry  `json:"methods"`
	Common     []Option `json:"common"` // of every rule, beside its own
	Schedules  []Entry  `json:"schedules"`
	Keys       []Option `json:"keys"` // that are single values
	MaxRuns    int      `json:"maxRuns"`
}

// An Entry is an objective, a method or a schedule.
type Entry struct {
	Name    string   `json:"name"`
	Title   string   `json:"title,omitempty"`
	About   string   `json:"about"`
	Rule    bool     `json:"rule,omitempty"` // of a method: it has the common options
	Dim     int      `json:"dim,omitempty"`  // of a surface: its parameters
	Network bool     `json:"network,omitempty"`
	Data    bool     `json:"data,omitempty"` // of an objective: it has samples
	Options []Option `json:"options"`
}

// An Option is a value that can be set, with its limits and its default as text. Limits are empty
// where the engine alone says what may be.
type Option struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"` // number, integer, bool, word, integers, schedule, schedules
	Default string   `json:"default"`
	About   string   `json:"about"`
	Min     string   `json:"min,omitempty"`
	Max     string   `json:"max,omitempty"`
	Words   []string `json:"words,omitempty"` // of a word
}

// NewCatalog returns the catalog.
func NewCatalog() *Catalog {
	c := &Catalog{MaxRuns: maxRuns, Common: describe("", reflect.ValueOf(usualCommon))}
	for _, k := range surface.Kinds() {
		e := Entry{Name: k.Name, Title: k.Title, About: k.About, Dim: k.Dim, Options: []Option{}}
		if p, err := k.New(); err == nil {
			e.Data = p.Samples > 0
		}
		for _, o := range k.Options {
			e.Options = append(e.Options, describeSurface(o))
		}
		c.Objectives = append(c.Objectives, e)
	}
	c.Objectives = append(c.Objectives, Entry{Name: networkName, Title: networkTitle, About: networkAbout, Data: true, Network: true, Options: describeNetwork()})
	for _, m := range methods {
		c.Methods = append(c.Methods, Entry{Name: m.Name, About: titles[m.Name], Rule: m.Rule, Options: describe(m.Name, reflect.ValueOf(m.usual))})
	}
	for _, s := range schedules {
		name := scheduleName(s)
		c.Schedules = append(c.Schedules, Entry{Name: name, About: titles[name], Options: describe(name, structOf(s))})
	}
	usual := Default()
	for _, k := range keys {
		if k.Name != "f" && !k.many {
			o := k.Option
			o.Default = k.text(usual)
			c.Keys = append(c.Keys, o)
		}
	}
	return c
}

// describe returns the options that a struct has, with its values for defaults.
func describe(of string, s reflect.Value) []Option {
	options := []Option{}
	eachField([]reflect.Value{s}, func(name string, _ int, v reflect.Value) {
		a := aboutOf(of, name)
		o := Option{Name: name, Kind: kindOf(v.Type()), Default: formatField(v), About: a.text, Min: a.min, Max: a.max}
		if o.Kind == "word" {
			o.Words = wordsOf(name, v.Type())
		}
		options = append(options, o)
	})
	return options
}

func describeSurface(o surface.Option) Option {
	d := Option{Name: o.Name, Kind: "number", Default: optionText(o, o.Default), About: o.About, Min: Number(o.Min), Max: Number(o.Max)}
	switch {
	case o.Words != nil:
		d.Kind, d.Words, d.Min, d.Max = "word", o.Words, "", ""
	case o.Integer && o.Min == 0 && o.Max == 1:
		d.Kind = "bool"
	case o.Integer:
		d.Kind = "integer"
	}
	return d
}
