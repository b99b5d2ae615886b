namespace TaskVectors.Recipes.Planning;

/// <summary>What becomes of a head that some models store and others tie to their embedding.</summary>
internal enum HeadRole
{
    /// <summary>All models agree.</summary>
    AsStored,

    /// <summary>The result stores one: models that tie theirs contribute their embedding.</summary>
    Needed,

    /// <summary>The result ties its head: stored ones are left out.</summary>
    LeftOut,
}
