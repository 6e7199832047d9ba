# Each target sets up what is missing and does its job; without make: python course.py reproduce|test|lab|check
# ARGS is handed on:  make test ARGS="-k masks"    make reproduce ARGS="--preset smoke"
PYTHON ?= python3

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help reproduce test lab check setup

help:
	@$(PYTHON) course.py --help

reproduce test lab check setup:
	@$(PYTHON) course.py $@ $(ARGS)
