package mpi

// An Option changes what [Init] does.
type Option func(*config)

type config struct {
	library string
	warn    func(string)
	limit   int
}

// WithLibrary names the library: a path, or a name that the system's loader finds. It comes
// before the environment variable [LibraryVariable].
func WithLibrary(name string) Option { return func(c *config) { c.library = name } }

// WithWarn has each rank's warnings given to a function, instead of written on stderr.
func WithWarn(warn func(text string)) Option { return func(c *config) { c.warn = warn } }
