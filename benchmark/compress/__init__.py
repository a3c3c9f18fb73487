"""How precision and size are reduced: conversion, low bit, training-aware methods."""
