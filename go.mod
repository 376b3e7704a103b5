module github.com/seed63264101/steepest

go 1.26
